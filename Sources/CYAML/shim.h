// libyaml's event parser.
#ifndef OUTRIGGER_CYAML_SHIM_H
#define OUTRIGGER_CYAML_SHIM_H
#include <yaml.h>
#endif
