/* SPDX-License-Identifier: Apache-2.0 */
#include "model/plan.h"

#include "base/fs.h"
#include "test.h"

enum { OSES = 60, PYTHONS = 80, IMAGES = OSES * (1 + 2 * PYTHONS), PER_IMAGE = 2048 };

static void put(const char *path, struct str bytes)
{
	if (fs_write(path, bytes, 0644) == FS_FAILED) {
		perror(path);
		exit(1);
	}
}

static void make_project(void)
{
	struct buf matrix = BUF_INIT;

	buf_adds(&matrix, "os_versions:\n");
	for (int i = 0; i < OSES; i++)
		buf_addf(&matrix, "  - %d.04\n", i);
	buf_adds(&matrix, "python_versions:\n");
	for (int i = 0; i < PYTHONS; i++)
		buf_addf(&matrix, "  - {version: 3.%d, bump: %d, compilation_method: source}\n", i, i);
	buf_adds(&matrix, "build_layers:\n"
	         "  - {name: base, template: base, tags: ['p/x:${os_version}', 'p/x:latest']}\n"
	         "  - {name: python, template: next, depends_on: base,\n"
	         "     tags: ['p/x:${os_version}-py${python_version}', 'p/x:py${python_version}']}\n"
	         "  - {name: node, template: next, depends_on: python,\n"
	         "     tags: ['p/x:${os_version}-py${python_version}-node']}\n"
	         "build_sequences: [{name: all-of-it}]\n"
	         "build_config: {timezone: UTC}\n");
	put("matrix.yaml", buf_str(&matrix));
	fs_mkdirs("templates");
	put("templates/base", STR("FROM ubuntu:{{ os_version }}\nARG TZ_NAME\n"));
	put("templates/next", STR("FROM {{ parent.ref }}\nARG PY_VER\n"));
	buf_release(&matrix);
}

static struct plan *make_plan(struct diag *diag)
{
	static const char *const templates[] = {"templates", NULL};
	const struct plan_options options = {.config = "matrix.yaml", .templates = templates, .output = "./out//"};

	return plan_make(&options, diag);
}

/* Parents stand before children, each under a name that it owns. */
static bool in_order(const struct plan *plan)
{
	for (size_t i = 0; i < plan->image_count; i++) {
		const struct plan_image *image = &plan->images[i];

		for (size_t j = 0; j < image->parent_count; j++) {
			const struct plan_parent *parent = &image->parents[j];

			if (parent->image >= i || !str_eq(parent->ref, plan->images[parent->image].tags[0]))
				return false;
		}
		if (image->parent_count != !str_is(image->layer, "base"))
			return false;
	}
	return true;
}

static bool same_plan(const struct plan *a, const struct plan *b)
{
	if (a->image_count != b->image_count)
		return false;
	for (size_t i = 0; i < a->image_count; i++) {
		if (!str_eq(a->images[i].name, b->images[i].name) || !str_eq(a->images[i].text, b->images[i].text) ||
		    a->images[i].tag_count != b->images[i].tag_count)
			return false;
	}
	return true;
}

static void check_plan(const struct plan *plan)
{
	size_t texts = 0, tags = 0;

	for (size_t i = 0; i < plan->image_count; i++) {
		texts += plan->images[i].text.n;
		tags += plan->images[i].tag_count;
	}
	CHECK("all images", plan->image_count == IMAGES);
	CHECK("parents first", in_order(plan));
	CHECK("a tag has one owner", tags == IMAGES + PYTHONS + 1);
	CHECK("who lost one is known", plan->collision_count == 1 + PYTHONS && plan->collisions[0].owner == 0 &&
	      plan->collisions[0].loser_count == OSES - 1);
	CHECK("little memory an image", (plan->arena.total - texts) / IMAGES < PER_IMAGE);
	CHECK_BYTES("the output directory is cleaned", plan->output, STR("out"));
	CHECK_BYTES("and the Dockerfile is in it", plan->images[0].dockerfile, STR("out/Dockerfile.0.04-base"));
	CHECK("a sequence's images ascend", plan->targets[0].kind == TARGET_SEQUENCE &&
	      plan->targets[0].image_count == IMAGES && plan->targets[0].images[IMAGES - 1] == IMAGES - 1);
	CHECK("layers are targets", plan->target_count == 4 && plan->targets[1].image_count == OSES);
	CHECK("matrix, templates and where run.cfg and pins would be are inputs", plan->input_count == 5 && plan->inputs[0].found);
}

int main(void)
{
	struct diag diag;

	make_project();
	diag_init(&diag, stderr);
	struct plan *plan = make_plan(&diag), *again = make_plan(&diag);
	CHECK("a plan without a word", plan && diag.errors == 0 && diag.warnings == 0);
	if (plan) {
		check_plan(plan);
		CHECK("the same again", again && same_plan(plan, again));
	}
	CHECK("nothing was written", access("out", F_OK) != 0 && access("generated", F_OK) != 0);
	plan_free(plan);
	plan_free(again);
	plan_free(NULL);
	diag_release(&diag);
	return test_end();
}
