# SPDX-License-Identifier: Apache-2.0
# Completion of run-image for fish: the command itself knows its options and the project's images.

function __run_image_before
    set -l values (run-image --complete 2>/dev/null | string match -r '^-\S+(?=\t[^\t])')
    set -l skip
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip
        else if contains -- $word $values
            set skip 1
        else if not string match -q -- '-*' $word
            return 1
        end
    end
    test -z "$skip"
end

complete -c run-image -f
complete -c run-image -n __run_image_before -a "(run-image --complete images 2>/dev/null)"
complete -c run-image -n '__run_image_before; and string match -q -- "-*" (commandline -ct)' -a "(run-image --complete 2>/dev/null | string replace -r '\t.*\t' '\t')"
