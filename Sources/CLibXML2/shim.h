// ICU's headers, which Debian's libxml2 pulls in, clash with the copy inside Swift's Foundation.
// Nothing that is used here depends on them.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
