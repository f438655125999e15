#include "app/confinement.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <system_error>

#include "app/system_calls.hpp"

namespace cogos::app {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

void must(int returned, const char* what) {
  if (returned != 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

void forbid_dumps() {
  if (kSanitized) return;
  // A limit of none does not hold where the kernel pipes dumps to a program (core(5)); the second does.
  const rlimit none{0, 0};
  must(setrlimit(RLIMIT_CORE, &none), "core dumps could not be forbidden");
  must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "reading of this process's memory could not be forbidden");
}

bool is_confinable() noexcept {
  return !kSanitized;
}

Result<void> confine(std::string_view others) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Error{ErrorCode::internal, "new privileges could not be given up",
                 std::generic_category().message(errno)};
  }
  if (kSanitized || others == "off") return {};
  return allow_listed_system_calls(others == "log");
}

}  // namespace cogos::app
