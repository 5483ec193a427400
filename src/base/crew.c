/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crew.h"

#include <pthread.h>
#include <unistd.h>

bool crew_next(struct crew *crew, size_t *from, size_t *to)
{
	*from = atomic_fetch_add(&crew->next, crew->step);
	if (*from >= crew->count)
		return false;
	*to = crew->count - *from < crew->step ? crew->count : *from + crew->step;
	return true;
}

static void *enter(void *given)
{
	struct crew *crew = given;

	crew->work(crew, crew->context);
	return NULL;
}

void crew_run(size_t count, size_t step, void (*work)(struct crew *crew, void *context), void *context)
{
	struct crew crew = {.count = count, .step = step, .work = work, .context = context};
	long processors = count > 4 * step ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
	pthread_t threads[CREW_MOST];
	long started = 0;

	atomic_init(&crew.next, 0);
	while (started + 1 < processors && started + 1 < CREW_MOST
	       && pthread_create(&threads[started], NULL, enter, &crew) == 0)
		started++;
	work(&crew, context);
	while (started)
		pthread_join(threads[--started], NULL);
}
