/* SPDX-License-Identifier: Apache-2.0 */
#include "model/matrix.h"

#include "model/axes.h"
#include "model/name.h"
#include "test.h"

static void check_ref(const char *ref, int place)
{
	size_t at = 0;
	const char *why = name_check_ref(str_of(ref), &at);

	CHECK(ref, why ? place == (int)at : place < 0);
	if ((why ? (int)at : -1) != place)
		printf("# '%s': %s at %zu\n", ref, why ? why : "fine", at);
}

/* Each reference with the offset of the culprit, -1 for none (OCI distribution grammar). */
static void test_references(void)
{
	static const struct {
		const char *ref;
		int place;
	} refs[] = {
		{"a", -1}, {"ubuntu", -1}, {"ubuntu:22.04", -1}, {"jgwill/ubuntu:py3.10-node", -1}, {"a/b/c/d", -1},
		{"a.b_c__d-e---f:X_.-", -1}, {"localhost/x", -1}, {"localhost:5000/x:y", -1}, {"r.example:1/x", -1},
		{"R.Example/x", -1}, {"[::1]:5000/x", -1}, {"0:0", -1}, {"", 0}, {":x", 0}, {"a:", 2}, {"A", 0},
		{"aB:x", 1}, {"a..b", 2}, {"a___b", 3}, {"a_-b", 2}, {"-a", 0}, {"a-", 1}, {"a/", 1}, {"/a", 0},
		{"a//b", 2}, {"a:-x", 2}, {"a:.x", 2}, {"a:x y", 3}, {"a:x:y", 1}, {"a b", 1}, {"a@sha256:0", 1},
		{"a:x$", 3}, {"a:\n", 2}, {"a\xc3\xa9", 1}, {"h.x:5a/b", 5}, {"h.x:/b", 4}, {"-h.x/b", 0}, {"h..x/b", 2},
	};
	char longest[260];

	for (size_t i = 0; i < sizeof refs / sizeof *refs; i++)
		check_ref(refs[i].ref, refs[i].place);
	memset(longest, 'x', sizeof longest);
	longest[1] = ':';
	longest[130] = '\0';
	check_ref(longest, -1);
	longest[130] = 'x';
	longest[131] = '\0';
	check_ref(longest, 2);
	longest[1] = 'x';
	longest[131] = 'x';
	longest[255] = '\0';
	check_ref(longest, -1);
	longest[255] = 'x';
	longest[256] = '\0';
	check_ref(longest, 0);
}

static void test_forms(struct arena *arena)
{
	static const char *const pairs[][2] = {
		{"ubuntu", "ubuntu:latest"}, {"docker.io/library/ubuntu:x", "ubuntu:x"},
		{"index.docker.io/library/a", "a:latest"}, {"docker.io/a/b:c", "a/b:c"}, {"library/a:b", "a:b"},
		{"localhost:5000/x", "localhost:5000/x:latest"}, {"a@sha256:b", "a@sha256:b"}, {"a:b@sha256:c", "a:b@sha256:c"},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		CHECK_BYTES(pairs[i][0], name_normal(arena, str_of(pairs[i][0])), str_of(pairs[i][1]));
	CHECK_BYTES("a port is no tag", name_repository(STR("h:5000/x")), STR("h:5000/x"));
	CHECK_BYTES("tag and digest go", name_repository(STR("h:5000/x:y@sha256:z")), STR("h:5000/x"));
	CHECK("a digest pins", name_pinned(STR("a@sha256:b")) && !name_pinned(STR("a:b")));
	CHECK("hosts", name_is_host(STR("r.example")) && name_is_host(STR("localhost/x")) && name_is_host(STR("r:1")));
	CHECK("a namespace is no host", !name_is_host(STR("jgwill")) && !name_is_host(STR("a/b.c")));
}

static const char text[] =
	"os_versions: [1.0, 2.0, 3.0]\n"
	"python_versions: [{version: 3.9}, {version: 3.6, base_os: 0.9}, {version: 3.1, base_os: 0.9, compilation_method: source}]\n"
	"axes: {cuda: [11, 12]}\n"
	"build_layers:\n"
	"  - {name: base, template: t, tags: 'x:${os_version}'}\n"
	"  - {name: python, template: t, depends_on: base, tags: \"x:p\"}\n"
	"  - {name: gpu, template: t, depends_on: python, tags: x:g, axes: [os, python, cuda]}\n"
	"exclude: [{os: 2.0, python: [3.9, 3.6]}, {cuda: 12, os: 3.0}]\n";

/* Every number and its point convert both ways, and no two are the same. */
static bool round_trip(const struct axes *axes)
{
	for (uint32_t id = 0; id < axes->total; id++) {
		struct axes_point point = axes_point(axes, id);

		if (axes_id(axes, &point) != id)
			return false;
	}
	return true;
}

static void check_parent(const struct axes *axes, const char *child, uint32_t layer, const char *parent)
{
	struct buf name = BUF_INIT;
	bool found = false;

	for (uint32_t id = 0; id < axes->total && !found; id++) {
		struct axes_point point = axes_point(axes, id);

		buf_clear(&name);
		axes_name(axes, &point, &name);
		found = str_is(buf_str(&name), child);
		if (!found)
			continue;
		buf_clear(&name);
		id = axes_parent(axes, &point, layer);
		if (id != AXES_NONE) {
			point = axes_point(axes, id);
			axes_name(axes, &point, &name);
		}
		CHECK_BYTES(child, buf_str(&name), str_of(parent));
		break;
	}
	CHECK("the child is there", found);
	buf_release(&name);
}

static void test_axes(struct matrix *matrix)
{
	uint32_t vary[] = {matrix->layers[0].vary, matrix->layers[1].vary, matrix->layers[2].vary};
	struct axes_list list = {0};
	struct axes axes;
	struct buf names = BUF_INIT;

	CHECK("the product is not too large", axes_init(&axes, matrix, vary));
	CHECK("as many as there should be", axes.total == 4 + 3 * 3 + 3 * 3 * 2);
	CHECK("numbers and points", round_trip(&axes));
	axes_select(&axes, MATRIX_NONE, &list);
	axes_select(&axes, MATRIX_NONE, &list);
	axes_sort(&axes, &list);
	CHECK("without what is excluded", list.count == 3 + (9 - 2) + (18 - 2 * 2 - 3));
	for (size_t i = 0; i < 6; i++) {
		struct axes_point point = axes_point(&axes, list.ids[i]);

		axes_name(&axes, &point, &names);
		buf_addc(&names, ' ');
	}
	CHECK_BYTES("by OS, Python, axis and layer", buf_str(&names),
	            STR("1.0-base 1.0-py3.9-python 1.0-py3.9-cuda11-gpu 1.0-py3.9-cuda12-gpu 1.0-py3.6-python "
	                "1.0-py3.6-cuda11-gpu "));
	check_parent(&axes, "1.0-py3.9-python", 0, "1.0-base");
	check_parent(&axes, "1.0-py3.6-python", 0, "0.9-base");
	check_parent(&axes, "1.0-py3.1-python", 0, "1.0-base");
	check_parent(&axes, "1.0-py3.6-cuda11-gpu", 1, "1.0-py3.6-python");
	check_parent(&axes, "2.0-py3.6-cuda11-gpu", 1, "");
	check_parent(&axes, "1.0-py3.6-python", 2, "");
	buf_release(&names);
	mem_free(list.ids);
}

static void test_matrix(struct arena *arena)
{
	struct matrix matrix;
	struct diag diag;

	diag_init(&diag, stderr);
	struct str source = {text, sizeof text - 1};
	struct matrix_from from = {.arena = arena, .diag = &diag, .source = diag_source(&diag, "m", source),
	                           .text = source, .output = STR("generated")};
	CHECK("the matrix is read", matrix_read(&matrix, &from));
	CHECK("an OS that only base_os names stands behind", matrix.axes[MATRIX_OS].listed == 3 &&
	      matrix.axes[MATRIX_OS].count == 4 && str_is(matrix.axes[MATRIX_OS].values[3].text, "0.9"));
	struct keys_text tag = matrix.layers[0].tags.items[0];
	struct span inside = matrix_inside(&matrix, tag, 2, 13);
	CHECK("a place in a quoted scalar", memcmp(text + inside.offset, "${os_version}", 13) == 0 && inside.length == 13);
	test_axes(&matrix);
	matrix_release(&matrix);
	diag_release(&diag);
}

/* The table is what the schema and the suggestions are made of. */
static void test_table(void)
{
	unsigned all = (1u << KEYS_SECTIONS) - 1, rooms = 0;
	bool helps = true, apart = true;

	for (size_t i = 0; i < keys_count; i++) {
		helps &= keys_table[i].help && keys_table[i].help[0];
		for (size_t j = 0; j < i; j++)
			apart &= !(keys_table[i].sections & keys_table[j].sections & all) ||
			         strcmp(keys_table[i].name, keys_table[j].name);
	}
	for (size_t i = 0; i < KEYS_SECTIONS; i++)
		rooms |= keys_rooms[i].section;
	CHECK("every section is told of", rooms == all);
	CHECK("every key says what it is", helps);
	CHECK("no key stands twice in a section", apart);
}

int main(void)
{
	struct arena arena;

	arena_init(&arena);
	test_references();
	test_forms(&arena);
	test_matrix(&arena);
	test_table();
	arena_release(&arena);
	return test_end();
}
