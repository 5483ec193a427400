# SPDX-License-Identifier: Apache-2.0
# Completion of build-image for fish.
source (status dirname)/__dtk.fish
complete -c build-image -f -a '(__dtk)'
