# SPDX-License-Identifier: Apache-2.0
# Completion of dtk-gen for fish: the program itself knows its options, tools and targets.

complete -c dtk-gen -f
# The words of a tool that is named already: -t TOOL.
function __dtk_gen_tool
	set -l words (commandline -opc)
	set -l at (contains -i -- -t $words); and test (count $words) -gt $at; and printf '%s\n' -t $words[(math $at + 1)]
end

complete -c dtk-gen -n 'string match -q -- "-*" (commandline -ct)' -a "(dtk-gen (__dtk_gen_tool) --complete 2>/dev/null | string replace -r '\t.*\t' '\t')"
complete -c dtk-gen -s t -x -a "(dtk-gen -t list 2>/dev/null | string trim | string replace -r ' +' '\t')"
complete -c dtk-gen -n 'contains -- -t (commandline -opc)' -a "(dtk-gen -t targets 2>/dev/null | string replace -r ' +' '\t')"
complete -c dtk-gen -l config -r -F
complete -c dtk-gen -l docker -r -F
complete -c dtk-gen -l ninja -r -F
complete -c dtk-gen -l templates -x -a '(__fish_complete_directories)'
complete -c dtk-gen -l output -x -a '(__fish_complete_directories)'
complete -c dtk-gen -s C -l directory -x -a '(__fish_complete_directories)'
