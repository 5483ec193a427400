/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/export.h"

#include "base/quote.h"

struct export {
	const struct view *view;
	const struct plan *plan;
	const bool *shown;
	const struct form *form;
	struct buf *out;
};

/* How a language writes what every graph has. */
struct form {
	void (*open)(const struct export *export, size_t target);
	const char *close;
	void (*node)(const struct export *export, size_t image);
	void (*edge)(const struct export *export, size_t from, size_t to);
};

/* --- Any language --- */

static bool is_grouped(enum target_kind kind)
{
	return kind == TARGET_SEQUENCE || kind == TARGET_GROUP;
}

/* Those images of a target that no earlier one has; nothing where there are none. */
static void cluster(const struct export *export, size_t number, bool *placed)
{
	const struct plan_target *target = &export->plan->targets[number];
	bool open = false;

	for (size_t i = 0; i < target->image_count; i++) {
		size_t image = target->images[i];

		if (placed[image] || !export->shown[image])
			continue;
		if (!open)
			export->form->open(export, number);
		open = placed[image] = true;
		buf_addc(export->out, '\t');
		export->form->node(export, image);
	}
	if (open)
		buf_addf(export->out, "\t%s\n", export->form->close);
}

static void nodes(const struct export *export)
{
	const struct plan *plan = export->plan;
	bool *placed = mem_alloc((plan->image_count + 1) * sizeof *placed);

	memset(placed, 0, (plan->image_count + 1) * sizeof *placed);
	for (size_t i = 0; i < plan->target_count; i++)
		if (is_grouped(plan->targets[i].kind))
			cluster(export, i, placed);
	for (size_t i = 0; i < plan->image_count; i++)
		if (!placed[i] && export->shown[i])
			export->form->node(export, i);
	mem_free(placed);
}

static void edges(const struct export *export)
{
	for (size_t i = 0; i < export->plan->image_count; i++) {
		const struct plan_image *image = &export->plan->images[i];

		for (size_t j = 0; j < image->parent_count; j++)
			if (export->shown[i] && export->shown[image->parents[j].image])
				export->form->edge(export, image->parents[j].image, i);
	}
}

/* What a node says: the name, and below it the state. */
static void label(const struct export *export, size_t image, void (*quote)(struct buf *out, struct str s))
{
	struct buf text = BUF_INIT;

	buf_addstr(&text, export->plan->images[image].name);
	buf_addf(&text, "\n%s", view_states[export->view->images[image].state]);
	quote(export->out, buf_str(&text));
	buf_release(&text);
}

/* --- DOT --- */

static void dot_open(const struct export *export, size_t target)
{
	buf_addf(export->out, "\tsubgraph cluster_%zu {\n\t\tlabel = ", target);
	quote_dot(export->out, export->plan->targets[target].name);
	buf_adds(export->out, ";\n");
}

static void dot_node(const struct export *export, size_t image)
{
	static const char *const looks[VIEW_STATES] = {
		[VIEW_FRESH] = "style = \"filled,rounded\", color = \"#2e7d4f\", fillcolor = \"#e2f3e8\"",
		[VIEW_STALE] = "style = \"filled,rounded,dashed\", color = \"#9a6700\", fillcolor = \"#fff3d1\"",
		[VIEW_MISSING] = "style = \"filled,rounded,dotted\", color = \"#57606a\", fillcolor = \"#f6f8fa\"",
		[VIEW_FAILED] = "shape = octagon, style = filled, penwidth = 2, color = \"#b3261e\", fillcolor = \"#fde7e5\"",
		[VIEW_UNKNOWN] = "shape = note, style = filled, color = \"#6f42c1\", fillcolor = \"#f1eafb\"",
	};

	buf_addc(export->out, '\t');
	quote_dot(export->out, export->plan->images[image].name);
	buf_adds(export->out, " [label = ");
	label(export, image, quote_dot);
	buf_addf(export->out, ", %s];\n", looks[export->view->images[image].state]);
}

static void dot_edge(const struct export *export, size_t from, size_t to)
{
	buf_addc(export->out, '\t');
	quote_dot(export->out, export->plan->images[from].name);
	buf_adds(export->out, " -> ");
	quote_dot(export->out, export->plan->images[to].name);
	buf_adds(export->out, ";\n");
}

void export_dot(const struct view *view, const bool *shown, struct buf *out)
{
	static const struct form form = {dot_open, "}", dot_node, dot_edge};
	struct export export = {view, view->plan, shown, &form, out};

	buf_adds(out, "digraph images {\n\trankdir = LR;\n\tgraph [fontname = \"sans-serif\", color = \"#8c959f\"];\n"
	              "\tnode [shape = box, fontname = \"sans-serif\"];\n\tedge [color = \"#57606a\"];\n");
	nodes(&export);
	edges(&export);
	buf_adds(out, "}\n");
}

/* --- Mermaid --- */

static void mermaid_open(const struct export *export, size_t target)
{
	buf_addf(export->out, "\tsubgraph s%zu[", target);
	quote_mermaid(export->out, export->plan->targets[target].name);
	buf_adds(export->out, "]\n");
}

static void mermaid_node(const struct export *export, size_t image)
{
	static const char *const shapes[VIEW_STATES][2] = {
		[VIEW_FRESH] = {"(", ")"}, [VIEW_STALE] = {"[/", "/]"}, [VIEW_MISSING] = {"[", "]"},
		[VIEW_FAILED] = {"{{", "}}"}, [VIEW_UNKNOWN] = {"[[", "]]"},
	};
	enum view_state state = export->view->images[image].state;

	buf_addf(export->out, "\ti%zu%s", image, shapes[state][0]);
	label(export, image, quote_mermaid);
	buf_addf(export->out, "%s:::%s\n", shapes[state][1], view_states[state]);
}

static void mermaid_edge(const struct export *export, size_t from, size_t to)
{
	buf_addf(export->out, "\ti%zu --> i%zu\n", from, to);
}

void export_mermaid(const struct view *view, const bool *shown, struct buf *out)
{
	static const struct form form = {mermaid_open, "end", mermaid_node, mermaid_edge};
	static const char *const looks[VIEW_STATES] = {
		[VIEW_FRESH] = "fill:#e2f3e8,stroke:#2e7d4f,color:#1f2328",
		[VIEW_STALE] = "fill:#fff3d1,stroke:#9a6700,color:#1f2328,stroke-dasharray:6 3",
		[VIEW_MISSING] = "fill:#f6f8fa,stroke:#57606a,color:#1f2328,stroke-dasharray:2 3",
		[VIEW_FAILED] = "fill:#fde7e5,stroke:#b3261e,color:#1f2328,stroke-width:3px",
		[VIEW_UNKNOWN] = "fill:#f1eafb,stroke:#6f42c1,color:#1f2328",
	};
	struct export export = {view, view->plan, shown, &form, out};

	buf_adds(out, "flowchart LR\n");
	nodes(&export);
	edges(&export);
	for (size_t i = 0; i < VIEW_STATES; i++)
		buf_addf(out, "\tclassDef %s %s\n", view_states[i], looks[i]);
}
