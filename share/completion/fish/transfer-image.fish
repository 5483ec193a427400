# SPDX-License-Identifier: Apache-2.0
# Completion of transfer-image for fish: the command itself knows its options and the project's images.

function __transfer_image_operands
    set -l values (transfer-image --complete 2>/dev/null | string match -r '^-\S+(?=\t[^\t])')
    set -l skip
    set -l operands 0
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip
        else if contains -- $word $values
            set skip 1
        else if not string match -q -- '-*' $word
            set operands (math $operands + 1)
        end
    end
    test -z "$skip"; and test $operands -eq $argv[1]
end

complete -c transfer-image -f
complete -c transfer-image -n '__transfer_image_operands 0' -a "(transfer-image --complete images 2>/dev/null)"
complete -c transfer-image -n '__transfer_image_operands 1' -a '(__fish_print_hostnames)'
complete -c transfer-image -n 'string match -q -- "-*" (commandline -ct)' -a "(transfer-image --complete 2>/dev/null | string replace -r '\t.*\t' '\t')"
