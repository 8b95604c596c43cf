#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whose turn it is to write a store that several processes have open: an advisory lock on a file beside it, held for
/// one transaction together with the checkpoint that may follow it.
///
/// SQLite's own lock ends with the commit, so a checkpoint of one process could meet a commit of another, which some
/// versions of SQLite do not survive (the WAL-reset bug). The system takes the lock back when a process ends in
/// whatever way.
final class WritingTurn: Sendable {
    /// How long a process waits for another's transaction, in milliseconds.
    static let patience = 60_000
    private static let pause: UInt32 = 5

    private let descriptor: Int32
    private let path: String

    /// - Parameter path: The store's path; the lock file is `<path>.turn`, and stays.
    init(storePath path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path + ".turn", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError.cannotOpen(path: path + ".turn", reason: String(cString: strerror(errno)))
        }
    }

    deinit { close(descriptor) }

    /// Does something while no other process writes; blocks the thread until then.
    ///
    /// - Throws: ``StoreError/busy(path:seconds:)`` when another process does not end its turn, or what `body` throws.
    func take<Result>(patience: Int = patience, _ body: () throws -> Result) throws -> Result {
        var waited = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard waited < patience else { throw StoreError.busy(path: path, seconds: patience / 1000) }
            usleep(Self.pause * 1000)
            waited += Int(Self.pause)
        }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }
}
