#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The right to write a store: an advisory lock on a file beside it, which the system takes back when the process
/// ends in whatever way.
final class StoreLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock at once or not at all.
    ///
    /// - Parameter path: The store's path; the lock file is `<path>.lock`, and stays.
    init(storePath path: String) throws(StoreError) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError.cannotOpen(path: lockPath, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.processID(in: descriptor)
            close(descriptor)
            throw StoreError.inUse(path: path, processID: holder)
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        // The id only serves the message; where it cannot be written, the lock holds all the same.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    /// Gives the right back before the end of the process.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }

    private static func processID(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self))
    }
}

/// Makes the database file with mode 0600 before SQLite sees it, or narrows the mode of one that is there.
func makePrivateFile(at path: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError.cannotOpen(path: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else {
        throw StoreError.cannotOpen(path: path, reason: String(cString: strerror(errno)))
    }
}
