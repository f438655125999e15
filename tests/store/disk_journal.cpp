#include "store/disk_journal.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace cogos::store {
namespace {

constexpr std::uint64_t kSector = 512;

/// What reaches the disk as a whole or not at all: a part of a sector, or a change of the size.
struct Atom {
  bool resizes = false;
  std::uint64_t at = 0;
  std::string_view bytes;
};

void put_on(const Atom& atom, std::string& file) {
  if (atom.resizes) {
    file.resize(atom.at);
    return;
  }
  if (file.size() < atom.at + atom.bytes.size()) file.resize(atom.at + atom.bytes.size());
  file.replace(atom.at, atom.bytes.size(), atom.bytes);
}

std::vector<Atom> atoms_of(const std::vector<const DiskRequest*>& requests) {
  std::vector<Atom> atoms;
  for (const DiskRequest* request : requests) {
    if (request->kind == DiskRequest::Kind::truncate) {
      atoms.push_back({true, request->at, {}});
      continue;
    }
    std::string_view rest = request->bytes;
    for (std::uint64_t at = request->at; !rest.empty();) {
      const auto size = std::min<std::uint64_t>(rest.size(), kSector - at % kSector);
      atoms.push_back({false, at, rest.substr(0, size)});
      rest.remove_prefix(size);
      at += size;
    }
  }
  return atoms;
}

class Chance {
 public:
  explicit Chance(std::mt19937_64& random) : random_(random) {}
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::mt19937_64& source() { return random_; }

 private:
  std::mt19937_64& random_;
};

std::string noise(std::size_t size, Chance& chance) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(chance.below(256));
  return bytes;
}

/// The file, of which `pending` may have come onto the disk.
std::string settle(std::string file, const std::vector<const DiskRequest*>& pending, Chance& chance) {
  enum class Way : std::uint8_t { nothing, all, beginning, some, some_in_any_order, some_torn };
  constexpr std::uint64_t kWays = 6;
  std::vector<Atom> atoms = atoms_of(pending);
  switch (static_cast<Way>(chance.below(kWays))) {
    case Way::nothing:
      return file;
    case Way::beginning:
      atoms.resize(chance.below(atoms.size() + 1));
      [[fallthrough]];
    case Way::all:
      for (const Atom& atom : atoms) put_on(atom, file);
      return file;
    case Way::some_in_any_order:
      std::shuffle(atoms.begin(), atoms.end(), chance.source());
      [[fallthrough]];
    case Way::some:
      for (const Atom& atom : atoms) {
        if (chance.one_in(2)) put_on(atom, file);
      }
      return file;
    case Way::some_torn:
      for (Atom atom : atoms) {
        const std::string torn =
            chance.one_in(4) ? noise(atom.bytes.size(), chance) : std::string(atom.bytes);
        atom.bytes = torn;
        if (!chance.one_in(4)) put_on(atom, file);
      }
      return file;
  }
  return file;
}

struct File {
  std::string durable;
  std::vector<const DiskRequest*> pending;
  bool named = false;    ///< The name is on disk.
  bool removed = false;  ///< And its removal was asked for.
};

class JournaledDisk {
 public:
  explicit JournaledDisk(std::mt19937_64& random) : chance_(random) {}

  void take(const DiskRequest& request) {
    using Kind = DiskRequest::Kind;
    if (request.kind == Kind::sync_names) return sync_names(request.path);
    File& file = files_[request.path];
    switch (request.kind) {
      case Kind::create:
        if (file.removed) {
          // The new file's name may take the place of the old one's, or the old file comes back.
          if (chance_.one_in(2)) file.durable.clear();
          file.pending.clear();
          file.removed = false;
        }
        break;
      case Kind::remove:
        file.removed = true;
        break;
      case Kind::write:
      case Kind::truncate:
        file.pending.push_back(&request);
        break;
      case Kind::sync:
        for (const Atom& atom : atoms_of(file.pending)) put_on(atom, file.durable);
        file.pending.clear();
        break;
      case Kind::failed_sync:
        file.durable = settle(std::move(file.durable), file.pending, chance_);
        file.pending.clear();
        break;
      case Kind::sync_names:
        break;
    }
  }

  DiskImage lose_power() {
    DiskImage image;
    for (auto& [path, file] : files_) {
      // A directory's path sorts before those in it.
      const bool reachable = !lost_.contains(std::filesystem::path(path).parent_path().string());
      const bool there = file.named ? !file.removed || chance_.one_in(2) : !file.removed && chance_.one_in(2);
      if (reachable && there) {
        image.emplace(path, settle(std::move(file.durable), file.pending, chance_));
      } else {
        lost_.emplace(path, true);
      }
    }
    return image;
  }

 private:
  void sync_names(const std::string& directory) {
    for (auto file = files_.begin(); file != files_.end();) {
      const bool inside = std::filesystem::path(file->first).parent_path() == directory;
      if (inside) file->second.named = true;
      file = inside && file->second.removed ? files_.erase(file) : std::next(file);
    }
  }

  Chance chance_;
  std::map<std::string, File> files_;
  std::map<std::string, bool> lost_;
};

}  // namespace

void DiskJournal::add(DiskRequest request) {
  const std::lock_guard lock(mutex_);
  if (request.kind == DiskRequest::Kind::create) there_[request.path] = true;
  if (request.kind == DiskRequest::Kind::remove) there_[request.path] = false;
  requests_.push_back(std::move(request));
}

void DiskJournal::note_created(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(there_[path], true)) requests_.push_back({DiskRequest::Kind::create, path, 0, {}});
}

std::size_t DiskJournal::size() const {
  const std::lock_guard lock(mutex_);
  return requests_.size();
}

std::vector<DiskRequest> DiskJournal::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

DiskImage after_power_cut(const std::vector<DiskRequest>& requests, std::size_t count,
                          std::mt19937_64& random) {
  JournaledDisk disk(random);
  for (std::size_t i = 0; i < count; ++i) disk.take(requests[i]);
  return disk.lose_power();
}

DiskImage after_kill(const std::vector<DiskRequest>& requests, std::size_t count) {
  using Kind = DiskRequest::Kind;
  DiskImage image;
  for (std::size_t i = 0; i < count; ++i) {
    const DiskRequest& request = requests[i];
    if (request.kind == Kind::create) image[request.path].clear();
    if (request.kind == Kind::remove) image.erase(request.path);
    if (request.kind != Kind::write && request.kind != Kind::truncate) continue;
    for (const Atom& atom : atoms_of({&request})) put_on(atom, image[request.path]);
  }
  return image;
}

}  // namespace cogos::store
