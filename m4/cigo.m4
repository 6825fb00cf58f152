dnl SPDX-License-Identifier: MIT
dnl The few probes configure.ac needs; small enough to need no archive of macros.

dnl CIGO_COMPILE_FLAGS(VARIABLE, FLAGS): adds to VARIABLE those FLAGS that the C compiler takes, and substitutes it.
AC_DEFUN([CIGO_COMPILE_FLAGS], [
AC_LANG_ASSERT([C])
m4_foreach_w([cigo_flag], [$2], [
AC_MSG_CHECKING([whether $CC takes ]cigo_flag)
cigo_save_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS -Werror cigo_flag"
AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
  [AC_MSG_RESULT([yes])
   AS_VAR_APPEND([$1], [" cigo_flag"])],
  [AC_MSG_RESULT([no])])
CFLAGS=$cigo_save_CFLAGS
])
AC_SUBST([$1])
])

dnl CIGO_LINK_FLAG(FLAG, IF-YES, IF-NO): can a program be compiled and linked with FLAG?
AC_DEFUN([CIGO_LINK_FLAG], [
AC_LANG_ASSERT([C])
AC_MSG_CHECKING([whether $CC links with $1])
cigo_save_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS $1"
AC_LINK_IFELSE([AC_LANG_PROGRAM()], [cigo_links=yes], [cigo_links=no])
CFLAGS=$cigo_save_CFLAGS
AC_MSG_RESULT([$cigo_links])
AS_IF([test "x$cigo_links" = xyes], [m4_default([$2], [:])], [m4_default([$3], [:])])
])

dnl CIGO_WITH(NAME, WHAT FOR, PROBE, [WHAT IS MISSING]): the switch --with-NAME. PROBE, which sets have_NAME to yes, is
dnl run unless --without-NAME is given. With --with-NAME it is an error if that finds nothing.
AC_DEFUN([CIGO_WITH], [
AC_ARG_WITH([$1],
  [AS_HELP_STRING([--with-$1], [$2 (by default: where it is found)])], [], [AS_TR_SH([with_$1])=auto])
AS_TR_SH([have_$1])=no
AS_IF([test "x$AS_TR_SH([with_$1])" != xno], [$3])
AS_IF([test "x$AS_TR_SH([have_$1])" = xno],
  [AS_CASE([$AS_TR_SH([with_$1])],
    [auto | no], [],
    [AC_MSG_ERROR([--with-$1 was given, but m4_default([$4], [$1]) was not found])])])
])

# CIGO_PEER(NAME, HEADER, LIBRARY, FUNCTION): the switch --with-HEADER, have_HEADER, and the conditional HAVE_NAME
AC_DEFUN([CIGO_PEER],
  [CIGO_WITH([$2], [measure against $2 in "make bench"],
    [AC_CHECK_HEADER([$2.h], [AC_CHECK_LIB([$3], [$4], [have_$2=yes])])])
   AM_CONDITIONAL([HAVE_$1], [test "x$have_$2" = xyes])])
