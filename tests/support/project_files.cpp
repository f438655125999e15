#include "support/project_files.hpp"

namespace cogos::test {

std::filesystem::path project_dir() {
  return COGOS_PROJECT_DIR;
}

}  // namespace cogos::test
