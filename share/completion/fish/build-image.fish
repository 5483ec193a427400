# SPDX-License-Identifier: Apache-2.0
# Completion of build-image for fish: the command itself knows its options and the project's targets.

function __build_image_value
    contains -- (commandline -opc)[-1] (build-image --complete 2>/dev/null | string match -r '^-\S+(?=\t[^\t])')
end

complete -c build-image -f
complete -c build-image -n 'not __build_image_value' -a "(build-image --complete images 2>/dev/null)"
complete -c build-image -n 'not __build_image_value; and string match -q -- "-*" (commandline -ct)' -a "(build-image --complete 2>/dev/null | string replace -r '\t.*\t' '\t')"
