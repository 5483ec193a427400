/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/view.h"

const char *const view_states[VIEW_STATES] = {"fresh", "stale", "missing", "failed", "unknown"};
const char *const view_results[VIEW_RESULTS] = {"built", "failed", "pulled", "tagged"};

unsigned view_percent(unsigned part, unsigned whole)
{
	return (unsigned)((100ULL * part + whole / 2) / whole);
}
