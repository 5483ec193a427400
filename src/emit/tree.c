/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/tree.h"

#include "base/arena.h"

/* An image whose children are being written. */
struct branch {
	uint32_t image, next; /* next of its children */
	size_t indent;        /* bytes of tree->indent before them */
};

struct tree {
	const struct view *view;
	const bool *shown;
	struct arena arena;
	uint32_t *first, *children; /* image -> where its children begin, and end with those of the next one */
	bool *below, *told;         /* image -> it stands on one that is shown; it was written */
	struct branch *branches;
	size_t depth;
	struct buf indent, *out;
};

/* Calls TAKE for each pair of shown images, once: those with the same child stand together. */
static void each_edge(struct tree *tree, void (*take)(struct tree *tree, uint32_t parent, uint32_t child))
{
	const struct plan *plan = tree->view->plan;

	for (uint32_t i = 0; i < plan->image_count; i++) {
		const struct plan_parent *parents = plan->images[i].parents;

		for (size_t j = 0; tree->shown[i] && j < plan->images[i].parent_count; j++) {
			bool again = !tree->shown[parents[j].image];

			for (size_t k = 0; k < j && !again; k++)
				again = parents[k].image == parents[j].image;
			if (!again)
				take(tree, parents[j].image, i);
		}
	}
}

static void count_child(struct tree *tree, uint32_t parent, uint32_t child)
{
	tree->first[parent + 1]++;
	tree->below[child] = true;
}

/* FIRST is that of the parent's next child meanwhile. */
static void add_child(struct tree *tree, uint32_t parent, uint32_t child)
{
	tree->children[tree->first[parent]++] = child;
}

static void link_images(struct tree *tree)
{
	size_t count = tree->view->plan->image_count;

	tree->first = ARENA_ARRAY(&tree->arena, count + 1, uint32_t);
	tree->below = ARENA_ARRAY(&tree->arena, count + 1, bool);
	tree->told = ARENA_ARRAY(&tree->arena, count + 1, bool);
	tree->branches = ARENA_ARRAY(&tree->arena, count + 1, struct branch);
	each_edge(tree, count_child);
	for (size_t i = 0; i < count; i++)
		tree->first[i + 1] += tree->first[i];
	tree->children = ARENA_ARRAY(&tree->arena, tree->first[count] + 1, uint32_t);
	each_edge(tree, add_child);
	memmove(tree->first + 1, tree->first, count * sizeof *tree->first);
	tree->first[0] = 0;
}

/* A line for IMAGE; its children come next, where they were not told before. */
static void tell(struct tree *tree, uint32_t image, const char *before, const char *indent)
{
	bool again = tree->told[image] && tree->first[image] < tree->first[image + 1];

	buf_addstr(tree->out, buf_str(&tree->indent));
	buf_adds(tree->out, before);
	buf_addstr(tree->out, tree->view->plan->images[image].name);
	buf_addf(tree->out, "  %s%s\n", view_states[tree->view->images[image].state], again ? " ..." : "");
	if (tree->told[image])
		return;
	tree->told[image] = true;
	buf_adds(&tree->indent, indent);
	tree->branches[tree->depth++] = (struct branch){image, tree->first[image], tree->indent.n};
}

static void tell_all(struct tree *tree, uint32_t root)
{
	tell(tree, root, "", "");
	while (tree->depth) {
		struct branch *branch = &tree->branches[tree->depth - 1];
		uint32_t end = tree->first[branch->image + 1];
		bool last = branch->next + 1 >= end;

		tree->indent.n = branch->indent;
		if (branch->next == end)
			tree->depth--;
		else
			tell(tree, tree->children[branch->next++], last ? "`-- " : "|-- ", last ? "    " : "|   ");
	}
	tree->indent.n = 0;
}

void tree_write(const struct view *view, const bool *shown, struct buf *out)
{
	struct tree tree = {.view = view, .shown = shown, .indent = BUF_INIT, .out = out};

	arena_init(&tree.arena);
	link_images(&tree);
	for (uint32_t i = 0; i < view->plan->image_count; i++)
		if (shown[i] && !tree.below[i])
			tell_all(&tree, i);
	buf_release(&tree.indent);
	arena_release(&tree.arena);
}
