# SPDX-License-Identifier: Apache-2.0
# Completion of genversion for fish.
source (status dirname)/__dtk.fish
complete -c genversion -f -a '(__dtk)'
