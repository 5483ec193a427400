# SPDX-License-Identifier: Apache-2.0
# Completion of publish-image for fish: the command itself knows its options and the project's images.

function __publish_image_value
    contains -- (commandline -opc)[-1] (publish-image --complete 2>/dev/null | string match -r '^-\S+(?=\t[^\t])')
end

complete -c publish-image -f
complete -c publish-image -n 'not __publish_image_value' -a "(publish-image --complete images 2>/dev/null)"
complete -c publish-image -n 'not __publish_image_value; and string match -q -- "-*" (commandline -ct)' -a "(publish-image --complete 2>/dev/null | string replace -r '\t.*\t' '\t')"
