#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "store/disk_vfs.hpp"
#include "store/scripted_store.hpp"

namespace cogos::store {

/// A store on the tests' disk, in a directory of its own, with all that is asked of that disk recorded.
class DiskTest : public ::testing::Test {
 protected:
  DiskTest() {
    // In memory where there is such a file system: nothing here depends on a disk, and thousands of stores
    // are made.
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (std::filesystem::canonical(parent) / "cogos-disk-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
  }
  ~DiskTest() override {
    record_disk(nullptr);
    clear_fault();
    std::filesystem::remove_all(root);
  }

  [[nodiscard]] std::filesystem::path data_dir() const { return root / "data"; }

  [[nodiscard]] StoreOptions options() const {
    StoreOptions options;
    options.data_dir = data_dir();
    options.vfs = disk_vfs();
    options.reader_threads = 1;
    return options;
  }

  /// A disk with what `image` has on it; an empty one has no data directory yet.
  void start_from(const DiskImage& image, DiskJournal& journal) {
    using Kind = DiskRequest::Kind;
    record_disk(nullptr);
    std::filesystem::remove_all(data_dir());
    journal.add({Kind::create, data_dir(), 0, {}});
    if (!image.empty()) {
      journal.add({Kind::sync_names, root, 0, {}});
      lay_out(image, data_dir());
      for (const auto& [path, bytes] : image) {
        journal.add({Kind::create, path, 0, {}});
        journal.add({Kind::write, path, 0, bytes});
        journal.add({Kind::sync, path, 0, {}});
      }
      journal.add({Kind::sync_names, data_dir(), 0, {}});
    }
    record_disk(&journal);
  }

  /// Writes the files of the data directory into another.
  void lay_out(const DiskImage& image, const std::filesystem::path& into) const {
    std::filesystem::remove_all(into);
    for (const auto& [path, bytes] : image) {
      std::filesystem::create_directory(into);
      if (path == data_dir()) continue;
      std::ofstream file(into / std::filesystem::path(path).filename(), std::ios::binary);
      file << bytes;
    }
  }

  /// What a promise is worth in the store that `image` holds.
  [[nodiscard]] std::optional<std::string> broken_promise_in(const DiskImage& image,
                                                             const std::vector<Promise>& promises,
                                                             std::size_t count) const {
    const auto copy = root / "after";
    lay_out(image, copy);
    // The log's index is never synced and never trusted: whatever is left of it must not matter.
    if (!image.empty()) std::ofstream(copy / "cogos.db-shm", std::ios::binary) << std::string(32'768, '\x5a');
    return broken_promise(copy, promises, count);
  }

  /// The store as a process that is killed after one life leaves it, with rows in its log.
  [[nodiscard]] DiskImage image_of_a_killed_store() {
    DiskJournal journal;
    start_from({}, journal);
    ScriptedStore script(options(), &journal);
    script.run(1);
    DiskImage image = after_kill(journal.requests(), script.promises().back().since);
    image.erase(data_dir());
    return image;
  }

  /// The number in this variable of the environment, for longer runs.
  static std::size_t from_environment(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoul(text);
  }

  std::filesystem::path root;
};

}  // namespace cogos::store
