/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/env.h"

/* Which variables of the caller can a template read? */

struct bound { /* names that are set on the way to a template */
	const struct bound *up;
	const struct mention *sets;
	const struct visibles *visibles;
};

struct visit {
	struct jinja *jinja;
	void (*see)(void *context, struct str name);
	void *context;
	struct map seen; /* names */
	struct map done; /* templates */
};

static bool is_bound(const struct bound *bound, const struct name *name)
{
	for (; bound; bound = bound->up) {
		for (const struct mention *set = bound->sets; set; set = set->next) {
			if (set->name == name)
				return true;
		}
		for (uint32_t i = 0; bound->visibles && i < bound->visibles->count; i++) {
			if (bound->visibles->items[i].name == name)
				return true;
		}
	}
	return false;
}

static void visit_template(struct visit *v, const struct jinja_template *template,
	const struct bound *bound);

static void visit_names(struct visit *v, const struct node *names, const struct bound *bound)
{
	const struct jinja_template *template;

	if (names->kind == NODE_LIST || names->kind == NODE_TUPLE) {
		for (const struct node *item = names->as.items.first; item; item = item->next)
			visit_names(v, item, bound);
	} else if (names->kind == NODE_CONDITION) {
		visit_names(v, names->as.kids.b, bound);
		if (names->as.kids.c)
			visit_names(v, names->as.kids.c, bound);
	} else if (names->kind == NODE_CONSTANT && names->as.constant.kind == VALUE_STRING &&
	           jinja_find(v->jinja, value_str(names->as.constant), &template) == FIND_OK) {
		visit_template(v, template, bound);
	}
}

static void visit_template(struct visit *v, const struct jinja_template *template, const struct bound *bound)
{
	struct bound own = {bound, template->sets, NULL};
	bool fresh;

	map_put(&v->done, str_of(template->name), &fresh);
	if (!fresh)
		return;
	for (const struct mention *read = template->reads; read; read = read->next) {
		if (!value_missing(read->name->global) || is_bound(read->in_block ? &own : bound, read->name))
			continue;
		map_put(&v->seen, read->name->text, &fresh);
		if (fresh)
			v->see(v->context, read->name->text);
	}
	for (const struct asked *asked = template->asked; asked; asked = asked->next) {
		const struct load_node *load = asked->node->as.load;
		struct bound within = {&own, NULL, &load->visibles};

		if (asked->node->kind == NODE_EXTENDS || load->with_context)
			visit_names(v, load->template, &within);
	}
}

void jinja_variables(struct jinja *jinja, const struct jinja_template *template,
                     void (*see)(void *context, struct str name), void *context)
{
	struct visit v = {.jinja = jinja, .see = see, .context = context};

	map_init(&v.seen);
	map_init(&v.done);
	visit_template(&v, template, NULL);
	map_release(&v.seen);
	map_release(&v.done);
}
