# Writes OUT with the build's revision; leaves the file alone where nothing changed, so nothing is relinked.
# COGOS_COMMIT in the environment names the commit where there is no checkout (an image's build context).
set(commit "$ENV{COGOS_COMMIT}")
if(commit STREQUAL "")
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=7 HEAD OUTPUT_VARIABLE commit
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(commit "unknown")
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
#include "base/build_info.hpp"

namespace cogos {
std::string_view build_rev() noexcept {
  return "@VERSION@+@commit@";
}
}  // namespace cogos
]] @ONLY)
