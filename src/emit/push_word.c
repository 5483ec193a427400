/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/push_word.h"

#include "base/quote.h"
#include "emit/publish.h"

bool push_version(const struct plan_image *image, struct buf *out)
{
	if (!image->version_tag.n)
		return false;
	buf_addc(out, '+');
	quote_shell(out, image->family.n ? image->family : image->name);
	buf_addc(out, '=');
	buf_addstr(out, image->version_tag);
	return true;
}

void push_family(const struct plan *plan, const struct plan_image *image, struct buf *out)
{
	struct str family = image->family;

	buf_addc(out, '%');
	quote_shell(out, family);
	for (const char *between = "="; image < plan->images + plan->image_count && str_eq(image->family, family);
	     image++) {
		buf_adds(out, between);
		buf_addstr(out, str_slice(image->name, family.n + 1, image->name.n));
		between = ",";
	}
	buf_addc(out, '\n');
}

void push_publication(const struct plan *plan, const struct plan_run *run, struct buf *out)
{
	struct buf script = BUF_INIT;

	buf_addstr(&script, plan->output);
	buf_adds(&script, "/" PUBLISH_SCRIPT);
	buf_addstr(&script, run->name);
	buf_adds(&script, ".sh");
	buf_addc(out, '=');
	buf_addstr(out, plan->images[run->image].name);
	buf_addc(out, '=');
	quote_shell(out, buf_str(&script));
	buf_release(&script);
}

void push_publications(const struct plan *plan, const struct plan_image *image, char between, struct buf *out)
{
	for (uint32_t i = image->publication; i; i = plan->runs[i - 1].next) {
		push_publication(plan, &plan->runs[i - 1], out);
		buf_addc(out, between);
	}
}
