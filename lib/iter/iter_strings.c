/* SPDX-License-Identifier: MIT
 * Copies of lent bytes, as strings that belong to the caller.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

static int copy(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	const cigo_bytes *bytes = item;
	char *text = malloc(bytes->size + 1);

	(void)ctx, (void)arg;
	if (!text)
		return -ENOMEM;
	if (bytes->size)
		memcpy(text, bytes->data, bytes->size);
	text[bytes->size] = '\0';
	*(char **)ret = text;
	return 1;
}

cigo_iter *cigo_iter_strings(cigo_iter *it)
{
	CI_ENTRY;
	ci_expect(!it || it->ended || it->item_size == sizeof(cigo_bytes),
		  "its items are no cigo_bytes");
	cigo_iter *strings = cigo_iter_map(it, copy, NULL, sizeof(char *));

	if (strings && !strings->ended)
		ci_owned_set(&strings->owned, &ci_owned_string);
	return strings;
}
