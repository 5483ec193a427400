/* SPDX-License-Identifier: Apache-2.0 */
#include "model/graph.h"

#include "base/arena.h"
#include "test.h"

static void path_add(struct buf *out, const uint32_t *path, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		buf_addf(out, "%s%u", i ? " " : "", (unsigned)path[i]);
}

/* Checks the order and the cycle of COUNT nodes with EDGES; the unexpected one of the two is "". */
static void check_graph(const char *name, uint32_t count, const struct graph_edge *edges, size_t edge_count,
                        const char *order, const char *cycle)
{
	uint32_t path[16];
	struct buf text = BUF_INIT;
	struct graph graph;

	graph_init(&graph, count, edges, edge_count);
	uint32_t done = graph_sort(&graph, path);
	if (done == count)
		path_add(&text, path, done);
	CHECK_BYTES(name, buf_str(&text), str_of(order));
	buf_clear(&text);
	path_add(&text, path, graph_cycle(&graph, path));
	CHECK_BYTES(name, buf_str(&text), str_of(cycle));
	buf_release(&text);
	graph_release(&graph);
}

static void test_orders(void)
{
	const struct graph_edge chain[] = {{0, 1}, {1, 2}, {2, 3}};
	const struct graph_edge diamond[] = {{3, 1}, {3, 2}, {1, 0}, {2, 0}};
	const struct graph_edge late[] = {{1, 4}, {2, 1}};
	const struct graph_edge twice[] = {{0, 1}, {0, 1}};

	check_graph("no nodes", 0, NULL, 0, "", "");
	check_graph("no edges", 3, NULL, 0, "0 1 2", "");
	check_graph("a chain against the numbers", 4, chain, 3, "3 2 1 0", "");
	check_graph("a diamond", 4, diamond, 4, "0 1 2 3", "");
	check_graph("the lowest number first, a late parent as late as it may be", 5, late, 2, "0 3 4 1 2", "");
	check_graph("an edge twice", 2, twice, 2, "1 0", "");
}

static void test_cycles(void)
{
	const struct graph_edge self[] = {{1, 1}};
	const struct graph_edge pair[] = {{2, 1}, {1, 2}};
	const struct graph_edge led[] = {{0, 3}, {3, 2}, {2, 1}, {1, 3}};
	const struct graph_edge below[] = {{0, 1}, {1, 2}, {2, 1}, {3, 0}};
	const struct graph_edge aside[] = {{1, 0}, {1, 2}, {2, 1}};

	check_graph("a node that needs itself", 2, self, 1, "", "1");
	check_graph("two that need each other", 3, pair, 2, "", "1 2");
	check_graph("what leads to a cycle is not on it", 4, led, 4, "", "1 3 2");
	check_graph("nor what hangs below", 4, below, 4, "", "1 2");
	check_graph("nor a parent that is fine", 3, aside, 3, "", "1 2");
}

static void test_closure(void)
{
	const struct graph_edge edges[] = {{4, 3}, {3, 1}, {3, 2}, {2, 0}, {1, 0}};
	bool seen[6] = {false};
	uint32_t stack[6];
	struct graph graph;

	graph_init(&graph, 6, edges, 5);
	graph_closure(&graph, 2, seen, stack);
	CHECK("a closure holds the root and what it needs", seen[2] && seen[0] && !seen[1] && !seen[3]);
	graph_closure(&graph, 4, seen, stack);
	CHECK("a union of two", seen[0] && seen[1] && seen[2] && seen[3] && seen[4] && !seen[5]);
	graph_release(&graph);
}

static bool is_number(void *context, uint32_t node)
{
	return node == *(const uint32_t *)context;
}

static void test_reach(void)
{
	const struct graph_edge edges[] = {{3, 2}, {2, 1}, {1, 2}, {3, 0}};
	uint32_t two = 2, three = 3, zero = 0;
	struct graph_walk walk;
	struct graph graph;

	graph_init(&graph, 4, edges, 4);
	graph_walk_init(&walk, 4);
	CHECK("directly", graph_reaches(&graph, 3, is_number, &zero, &walk));
	CHECK("through others", graph_reaches(&graph, 3, is_number, &two, &walk));
	CHECK("not upwards", !graph_reaches(&graph, 0, is_number, &three, &walk));
	CHECK("itself only by a cycle", graph_reaches(&graph, 2, is_number, &two, &walk) &&
	      !graph_reaches(&graph, 3, is_number, &three, &walk));
	graph_walk_release(&walk);
	graph_release(&graph);
}

/* A chain as deep as a plan can be large: nothing recurses. */
static void test_deep(void)
{
	enum { DEEP = 200000 };
	struct graph_edge *edges = mem_alloc(DEEP * sizeof *edges);
	uint32_t *order = mem_alloc(DEEP * sizeof *order);
	bool *seen = mem_alloc(DEEP);
	struct graph graph;

	for (uint32_t i = 0; i + 1 < DEEP; i++)
		edges[i] = (struct graph_edge){i, i + 1};
	edges[DEEP - 1] = (struct graph_edge){DEEP - 1, 0};
	graph_init(&graph, DEEP, edges, DEEP - 1);
	CHECK("a deep chain is sorted", graph_sort(&graph, order) == DEEP && order[0] == DEEP - 1);
	memset(seen, 0, DEEP);
	graph_closure(&graph, 0, seen, order);
	CHECK("its closure is all of it", seen[DEEP - 1]);
	graph_release(&graph);
	graph_init(&graph, DEEP, edges, DEEP);
	CHECK("a deep cycle is found", graph_cycle(&graph, order) == DEEP && order[0] == 0);
	graph_release(&graph);
	mem_free(edges);
	mem_free(order);
	mem_free(seen);
}

int main(void)
{
	test_orders();
	test_cycles();
	test_closure();
	test_reach();
	test_deep();
	return test_end();
}
