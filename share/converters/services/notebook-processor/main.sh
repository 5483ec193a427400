#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=share/converters/clm-common/common.sh
. /opt/service/clm-common/common.sh
convert notebook-processor
