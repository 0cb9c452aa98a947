/*
 * Sets a locale with a decimal comma: an installed one, or one that localedef
 * makes in a directory of its own. False when there is no way to get one.
 * Include it once, with _XOPEN_SOURCE 700 defined first.
 */
#ifndef CLN_COMMA_LOCALE_H
#define CLN_COMMA_LOCALE_H

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool has_comma(const char *name)
{
  return setlocale(LC_ALL, name) != NULL &&
         strcmp(localeconv()->decimal_point, ",") == 0;
}

static inline bool make_comma_locale(void)
{
  char directory[] = "/tmp/clinone-locale-XXXXXX";
  char command[256];
  bool ok;

  if (mkdtemp(directory) == NULL)
    return false;
  snprintf(command, sizeof(command),
           "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1",
           directory);
  ok = system(command) == 0 && setenv("LOCPATH", directory, 1) == 0 &&
       has_comma("de_DE.UTF-8");
  unsetenv("LOCPATH");
  snprintf(command, sizeof(command), "rm -r %s", directory);
  return system(command) == 0 && ok; /* what is loaded stays loaded */
}

static inline bool set_comma_locale(void)
{
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",
                                      "fr_FR.UTF-8", "es_ES.UTF-8",
                                      "it_IT.UTF-8", "de_DE"};
  size_t i;

  for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (has_comma(names[i]))
      return true;
  }
  return make_comma_locale();
}

#endif
