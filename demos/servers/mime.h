/* SPDX-License-Identifier: MIT
 * The type of a file by the ending of its name, as the system's table says: mime.types(5).
 */
#ifndef CIGO_DEMOS_MIME_H
#define CIGO_DEMOS_MIME_H

/* Reads the table; before that, and where it is missing or says nothing, a few types are known. */
void mime_load(const char *table);

/* For the header Content-Type. Never NULL. */
const char *mime_type(const char *path);

#endif
