# SPDX-License-Identifier: Apache-2.0
# Completion of dtk-gen for fish.
source (status dirname)/__dtk.fish
complete -c dtk-gen -f -a '(__dtk)'
