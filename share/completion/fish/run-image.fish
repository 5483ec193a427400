# SPDX-License-Identifier: Apache-2.0
# Completion of run-image for fish.
source (status dirname)/__dtk.fish
complete -c run-image -f -a '(__dtk)'
