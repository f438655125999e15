#include "support/vectors.hpp"

#include <fstream>
#include <string>

#include "support/project_files.hpp"

namespace cogos::test {

Json load_vectors(std::string_view name) {
  std::ifstream file(project_dir() / "tests/vectors" / (std::string(name) + ".json"));
  return Json::parse(file);
}

}  // namespace cogos::test
