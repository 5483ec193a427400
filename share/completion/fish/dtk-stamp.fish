# SPDX-License-Identifier: Apache-2.0
# Completion of dtk-stamp for fish.
source (status dirname)/__dtk.fish
complete -c dtk-stamp -f -a '(__dtk)'
