# SPDX-License-Identifier: Apache-2.0
# Completion of dtk's commands for fish: the commands themselves know what may stand where.

function __dtk
    set -l words (commandline -opc) "$(commandline -ct)"
    set -l command $words[1]
    for line in ($command --complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case @FILE
                __fish_complete_path (commandline -ct)
            case @DIR
                __fish_complete_directories (commandline -ct)
            case @HOST
                __fish_print_hostnames
            case '*'
                echo $line
        end
    end
end
