/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_GRAPH_H
#define DTK_MODEL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Directed graphs of integers: nodes 0 to count - 1, each with the nodes that
 * it needs ("parents").  Nothing here recurses, so depth is no limit.
 *
 * The parents of node N are parents[first[N]] to before parents[first[N + 1]].
 */
struct graph {
	uint32_t count;
	uint32_t *first; /* count + 1 */
	uint32_t *parents;
};

struct graph_edge {
	uint32_t child, parent;
};

/* Copies EDGES, each child's in the order given. Give back with graph_release. */
void graph_init(struct graph *graph, uint32_t count, const struct graph_edge *edges, size_t edge_count);
void graph_release(struct graph *graph);

/*
 * Stores in ORDER (room for count) every node after its parents and otherwise
 * by number: of all such orders the one that comes first.  Returns how many
 * were stored; fewer than count where there is a cycle.
 */
uint32_t graph_sort(const struct graph *graph, uint32_t *order);

/*
 * A cycle as a path (room for count): each node needs the next, the last needs the
 * first, which is the lowest-numbered of them.  Returns its length, 0 if there is none.
 */
uint32_t graph_cycle(const struct graph *graph, uint32_t *path);

/*
 * Adds to SEEN (count flags) ROOT and all that it needs.  STACK has room for
 * count nodes.  What is in SEEN already is not visited again, so that a union
 * of closures costs no more than the graph.
 */
void graph_closure(const struct graph *graph, uint32_t root, bool *seen, uint32_t *stack);

/* Marks for walks over one graph, so that a walk costs what it visits. */
struct graph_walk {
	uint32_t *seen, *stack;
	uint32_t turn;
};

void graph_walk_init(struct graph_walk *walk, uint32_t count);
void graph_walk_release(struct graph_walk *walk);
/* True where FROM needs, directly or not, a node for which GOAL is true. */
bool graph_reaches(const struct graph *graph, uint32_t from, bool (*goal)(void *context, uint32_t node),
                   void *context, struct graph_walk *walk);

#endif
