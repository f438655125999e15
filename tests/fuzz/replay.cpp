// Stands in for libFuzzer where there is none: gives a target each input of its kept corpus, once. Every run
// of the tests does this, the ones under the sanitizers too; scripts/fuzz.sh looks for new inputs.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
    return 2;
  }
  std::size_t runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    // Said beforehand, so that a crash names its input.
    std::printf("%s\n", entry.path().filename().c_str());
    std::fflush(stdout);
    std::ifstream file(entry.path(), std::ios::binary);
    // Exactly as long as the input: behind a string's bytes stands a zero that would hide a read too far.
    const std::vector<char> input{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    ++runs;
  }
  if (runs == 0) {
    std::fprintf(stderr, "no input in %s\n", argv[1]);
    return 1;
  }
  return 0;
}
