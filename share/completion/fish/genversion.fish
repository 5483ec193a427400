# SPDX-License-Identifier: Apache-2.0
# Completion of genversion for fish.

complete -c genversion -f
complete -c genversion -s C -l directory -x -a '(__fish_complete_directories)' -d 'the project'
complete -c genversion -s d -l depfile -r -F -d 'write down what it depends on'
complete -c genversion -s o -l output -r -F -d 'where to'
complete -c genversion -l version -d 'print the version of dtk'
complete -c genversion -s h -l help -d 'show how it is called'
