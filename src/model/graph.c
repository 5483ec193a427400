/* SPDX-License-Identifier: Apache-2.0 */
#include "model/graph.h"

#include "base/arena.h"

#include <string.h>

void graph_init(struct graph *graph, uint32_t count, const struct graph_edge *edges, size_t edge_count)
{
	graph->count = count;
	graph->first = mem_alloc(((size_t)count + 1) * sizeof *graph->first);
	graph->parents = mem_alloc((edge_count + 1) * sizeof *graph->parents);
	memset(graph->first, 0, ((size_t)count + 1) * sizeof *graph->first);
	for (size_t i = 0; i < edge_count; i++)
		graph->first[edges[i].child]++;
	for (uint32_t i = 0, sum = 0; i <= count; i++) {
		sum += graph->first[i];
		graph->first[i] = sum;
	}
	for (size_t i = edge_count; i-- > 0;)
		graph->parents[--graph->first[edges[i].child]] = edges[i].parent;
}

void graph_release(struct graph *graph)
{
	mem_free(graph->first);
	mem_free(graph->parents);
	memset(graph, 0, sizeof *graph);
}

/* The graph with every edge turned round. */
static void graph_reverse(const struct graph *graph, struct graph *reverse)
{
	uint32_t count = graph->count, total = graph->first[count];
	struct graph_edge *edges = mem_alloc(((size_t)total + 1) * sizeof *edges);

	for (uint32_t node = 0; node < count; node++) {
		for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++)
			edges[i] = (struct graph_edge){graph->parents[i], node};
	}
	graph_init(reverse, count, edges, total);
	mem_free(edges);
}

/* A binary heap, the lowest number on top. */
static void heap_put(uint32_t *heap, uint32_t *used, uint32_t node)
{
	uint32_t at = (*used)++;

	for (; at > 0 && heap[(at - 1) / 2] > node; at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = node;
}

static uint32_t heap_take(uint32_t *heap, uint32_t *used)
{
	uint32_t top = heap[0], last = heap[--*used], at = 0;

	for (;;) {
		uint32_t child = at * 2 + 1;

		if (child + 1 < *used && heap[child + 1] < heap[child])
			child++;
		if (child >= *used || heap[child] >= last)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = last;
	return top;
}

uint32_t graph_sort(const struct graph *graph, uint32_t *order)
{
	uint32_t count = graph->count, used = 0, done = 0;
	uint32_t *waits = mem_alloc(((size_t)count + 1) * sizeof *waits);
	uint32_t *heap = mem_alloc(((size_t)count + 1) * sizeof *heap);
	struct graph children;

	graph_reverse(graph, &children);
	for (uint32_t i = 0; i < count; i++) {
		waits[i] = graph->first[i + 1] - graph->first[i];
		if (waits[i] == 0)
			heap_put(heap, &used, i);
	}
	while (used) {
		uint32_t node = heap_take(heap, &used);

		order[done++] = node;
		for (uint32_t i = children.first[node]; i < children.first[node + 1]; i++) {
			if (--waits[children.parents[i]] == 0)
				heap_put(heap, &used, children.parents[i]);
		}
	}
	graph_release(&children);
	mem_free(heap);
	mem_free(waits);
	return done;
}

/* Turns PATH so that its lowest number comes first. */
static void path_turn(uint32_t *path, uint32_t length)
{
	uint32_t low = 0;
	uint32_t *copy = mem_alloc(length * sizeof *copy);

	for (uint32_t i = 1; i < length; i++) {
		if (path[i] < path[low])
			low = i;
	}
	for (uint32_t i = 0; i < length; i++)
		copy[i] = path[(low + i) % length];
	memcpy(path, copy, length * sizeof *copy);
	mem_free(copy);
}

/*
 * What graph_sort leaves over are the nodes on cycles and those that need
 * them: each has a parent that is left over too.  Following that one from the
 * lowest ends in a node seen before, which closes the path.
 */
uint32_t graph_cycle(const struct graph *graph, uint32_t *path)
{
	uint32_t count = graph->count, length = 0, start;
	uint32_t done = graph_sort(graph, path);
	uint32_t *seen = mem_alloc(((size_t)count + 1) * sizeof *seen);

	memset(seen, 0, count * sizeof *seen);
	for (uint32_t i = 0; i < done; i++)
		seen[path[i]] = UINT32_MAX;
	for (start = 0; start < count && seen[start]; start++)
		;
	for (uint32_t node = start; done < count;) {
		if (seen[node]) {
			length -= seen[node] - 1;
			memmove(path, path + seen[node] - 1, length * sizeof *path);
			break;
		}
		path[length++] = node;
		seen[node] = length;
		uint32_t i = graph->first[node];
		while (seen[graph->parents[i]] == UINT32_MAX)
			i++;
		node = graph->parents[i];
	}
	mem_free(seen);
	if (length)
		path_turn(path, length);
	return length;
}

void graph_closure(const struct graph *graph, uint32_t root, bool *seen, uint32_t *stack)
{
	uint32_t used = 0;

	if (seen[root])
		return;
	seen[root] = true;
	stack[used++] = root;
	while (used) {
		uint32_t node = stack[--used];

		for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
			if (seen[graph->parents[i]])
				continue;
			seen[graph->parents[i]] = true;
			stack[used++] = graph->parents[i];
		}
	}
}

void graph_walk_init(struct graph_walk *walk, uint32_t count)
{
	size_t size = ((size_t)count + 1) * sizeof(uint32_t);

	*walk = (struct graph_walk){mem_alloc(size), mem_alloc(size), 0};
	memset(walk->seen, 0, size);
}

void graph_walk_release(struct graph_walk *walk)
{
	mem_free(walk->seen);
	mem_free(walk->stack);
}

bool graph_reaches(const struct graph *graph, uint32_t from, bool (*goal)(void *, uint32_t), void *context,
                   struct graph_walk *walk)
{
	uint32_t used = 0;

	walk->turn++;
	walk->stack[used++] = from;
	while (used) {
		uint32_t node = walk->stack[--used];

		for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
			uint32_t parent = graph->parents[i];

			if (walk->seen[parent] == walk->turn)
				continue;
			if (goal(context, parent))
				return true;
			walk->seen[parent] = walk->turn;
			walk->stack[used++] = parent;
		}
	}
	return false;
}
