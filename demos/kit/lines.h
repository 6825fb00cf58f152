/* SPDX-License-Identifier: MIT
 * What the demos' servers have to say: the lines of asyncigo's README.
 */
#ifndef CIGO_DEMOS_LINES_H
#define CIGO_DEMOS_LINES_H

#include <stddef.h>

static const char *const latin[] = {
	"Lorem ipsum dolor sit amet.",
	"Donec non velit consequat.",
	"Donec interdum in nulla ac scelerisque.",
	"Duis commodo, neque ac luctus eleifend.",
	"Fusce lacinia id quam ac porttitor.",
	NULL,
};

static const char *const japanese[] = {
	"生麦生米生卵",
	"すもももももももものうち",
	"東京特許許可局長今日急遽休暇許可却下",
	"斜め77度の並びで泣く泣く嘶くナナハン7台難なく並べて長眺め",
	NULL,
};

#endif
