# SPDX-License-Identifier: Apache-2.0
# Completion of transfer-image for fish.
source (status dirname)/__dtk.fish
complete -c transfer-image -f -a '(__dtk)'
