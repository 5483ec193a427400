# SPDX-License-Identifier: Apache-2.0
# Completion of transfer-image for fish.

complete -c transfer-image -f
complete -c transfer-image -n 'test (count (commandline -opc)) -lt 2' -a '(transfer-image --list 2>/dev/null)'
complete -c transfer-image -n 'test (count (commandline -opc)) -ge 2' -a '(__fish_print_hostnames)'
complete -c transfer-image -s n -l dry-run -d 'say what would be sent'
complete -c transfer-image -s w -l whole -d 'send all layers'
complete -c transfer-image -s z -l compress -x -a 'zstd gzip pigz xz none' -d 'how it is compressed'
complete -c transfer-image -l remote-docker -x -d 'the client there'
complete -c transfer-image -s l -l list -d 'print the images'
complete -c transfer-image -l version -d 'print the version'
complete -c transfer-image -s h -l help -d 'print how it is called'
