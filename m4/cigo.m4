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

# CIGO_PEER(NAME, HEADER, LIBRARY, FUNCTION): sets have_HEADER, defines the conditional HAVE_NAME
AC_DEFUN([CIGO_PEER],
  [have_$2=no
   AC_CHECK_HEADER([$2.h], [AC_CHECK_LIB([$3], [$4], [have_$2=yes])])
   AM_CONDITIONAL([HAVE_$1], [test "x$have_$2" = xyes])])
