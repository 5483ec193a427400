/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: any bytes as the log of a build. */
#include "stamp/progress.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str log = {(const char *)data, size};
	struct progress progress;
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	progress_read(log, &progress);
	if (progress.cached > progress.steps || progress.steps > lines)
		abort();
	if (progress.last.n && (progress.last.p < log.p || progress.last.p + progress.last.n > log.p + size))
		abort();
	return 0;
}
