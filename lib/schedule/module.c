/* SPDX-License-Identifier: MIT
 * What an explorer in another process must know of this one: that it notes its choices, and where
 * its code lies, so that addresses can be told as places.
 */
#include <link.h>
#include <unistd.h>

#include "schedule/record.h"

/* The bytes from the first to the last that may be executed. */
static void find_code(const struct dl_phdr_info *info, struct ci_record_module *m)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uint64_t begin = info->dlpi_addr + p->p_vaddr, end = begin + p->p_memsz;

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		if (!m->end || begin < m->begin)
			m->begin = begin;
		if (end > m->end)
			m->end = end;
	}
}

static int note(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct ci_record *r = arg;

	(void)size;
	if (r->modules_n == CI_RECORD_MODULES)
		return 1;
	struct ci_record_module *m = &r->modules[r->modules_n++];
	*m = (struct ci_record_module){ .base = info->dlpi_addr };
	m->path = ci_record_text(r, info->dlpi_name);
	find_code(info, m);
	return 0;
}

bool ci_record_meet(struct ci_record *r)
{
	uint32_t none = 0;

	if (!__atomic_compare_exchange_n(&r->met, &none, (uint32_t)getpid(), false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return false;
	r->modules_n = 0;
	dl_iterate_phdr(note, r); /* the program is the first */
	r->base = r->modules_n ? r->modules[0].base : 0;
	return true;
}
