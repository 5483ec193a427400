/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"
#include "data/lock.h"
#include "emit/ninja.h"
#include "emit/push_word.h"

void ninja_list(const struct plan *plan, const struct plan_target *target, struct buf *out)
{
	size_t count = target ? target->image_count : plan->image_count;
	struct buf path = BUF_INIT;
	struct str family = STR("");

	for (size_t i = 0; i < count; i++) {
		const struct plan_image *image = &plan->images[target ? target->images[i] : i];

		if (image->builder)
			continue;
		buf_clear(&path);
		buf_addstr(&path, plan->output);
		buf_adds(&path, "/stamps/");
		buf_addstr(&path, image->name);
		buf_adds(&path, ".image");
		quote_shell(out, buf_str(&path));
		buf_addc(out, '\n');
		push_publications(plan, image, '\n', out);
		if (image->family.n && str_eq(image->family, family))
			continue;
		family = image->family;
		if (push_version(image, out))
			buf_addc(out, '\n');
		if (family.n)
			push_family(plan, image, out);
	}
	buf_release(&path);
}

void ninja_bases(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->base_count; i++) {
		quote_shell(out, plan->bases[i]);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < plan->rootfs_count; i++) {
		const struct plan_rootfs *rootfs = &plan->rootfs[i];

		buf_adds(out, LOCK_ROOTFS);
		quote_shell(out, rootfs->name);
		for (size_t j = 0; j < rootfs->command_count; j++) {
			buf_addc(out, ' ');
			quote_shell(out, rootfs->command[j]);
		}
		buf_addc(out, '\n');
	}
}
