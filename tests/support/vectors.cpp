#include "support/vectors.hpp"

#include <fstream>
#include <string>

namespace cogos::test {

Json load_vectors(std::string_view name) {
  std::ifstream file(std::string(COGOS_VECTORS_DIR) + "/" + std::string(name) + ".json");
  return Json::parse(file);
}

}  // namespace cogos::test
