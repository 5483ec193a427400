#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# matrix.sh OS PYTHONS: a matrix of OS * (1 + 3 * PYTHONS) images in the form of the shipped one.
set -eu
os=$1
pythons=$2
echo 'os_versions:'
seq -f '  - "%g.04"' 100 $((99 + os))
echo 'python_versions:'
seq -f '  - {version: "3.%g", bump: "1", compilation_method: source, base_os: "100.04"}' 10 $((9 + pythons))
cat <<'EOF'
build_layers:
  - name: base
    template: base.dockerfile.j2
    tags: ["bench/ubuntu:${os_version}"]
  - name: python
    template: python.dockerfile.j2
    depends_on: base
    tags: ["bench/ubuntu:${os_version}-py${python_version}-base"]
  - name: node
    template: node.dockerfile.j2
    depends_on: python
    tags: ["bench/ubuntu:${os_version}-py${python_version}-node"]
  - name: ml-tooled
    template: ml-tooled.dockerfile.j2
    depends_on: node
    tags: ["bench/ubuntu:${os_version}-py${python_version}-ml"]
build_config:
  timezone: America/Toronto
  registry: docker.io
  cache_mounts: true
  buildkit_enabled: true
  parallel_builds: true
EOF
