/* SPDX-License-Identifier: MIT
 * Text as HTML.
 */
#ifndef CIGO_DEMOS_TIMELINE_TEXT_H
#define CIGO_DEMOS_TIMELINE_TEXT_H

#include <stdio.h>

/* For elements and attributes. Bytes that are no text become U+FFFD. */
void timeline_text(FILE *out, const char *text);

/* Paragraphs and tables: see timeline_write. */
void timeline_summary(FILE *out, const char *text);

#endif
