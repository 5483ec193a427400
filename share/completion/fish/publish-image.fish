# SPDX-License-Identifier: Apache-2.0
# Completion of publish-image for fish.
source (status dirname)/__dtk.fish
complete -c publish-image -f -a '(__dtk)'
