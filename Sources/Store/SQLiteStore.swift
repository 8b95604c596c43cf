public import Directory
internal import GRDB

/// Facts, alerts and the outbox in one SQLite file.
///
/// One connection writes and makes all checkpoints; the readers beside it are read-only. Every write is one
/// transaction, with `synchronous=FULL` for what is acknowledged to somebody and NORMAL for what would only be
/// fetched again; the mode is switched between transactions.
public final class SQLiteStore: Sendable {
    /// What a process may do with a store.
    public enum Access: Hashable, Sendable {
        /// Makes the file when there is none and brings it up to date; one process at a time.
        case readWrite
        /// Beside a process that writes. The file must be there.
        case readOnly
    }

    /// How sure a commit is before it counts.
    enum Durability: String {
        /// It survives the loss of power.
        case full = "PRAGMA synchronous = FULL"
        /// It survives the end of the process; the loss of power may take the last ones, which are fetched again.
        case normal = "PRAGMA synchronous = NORMAL"
    }

    /// How long a connection waits for a lock that another holds, in seconds.
    static let busyTimeoutSeconds = 10.0

    let decoder: any ActivityDecoder
    let memory = RecordMemory()
    private let reader: any DatabaseReader
    private let writer: (any DatabaseWriter)?
    private let lock: StoreLock?

    private init(
        reader: any DatabaseReader, writer: (any DatabaseWriter)?, lock: StoreLock?, decoder: any ActivityDecoder
    ) {
        self.reader = reader
        self.writer = writer
        self.lock = lock
        self.decoder = decoder
    }

    /// Opens the store at a path.
    ///
    /// - Parameters:
    ///   - path: The database file; `-wal`, `-shm` and `.lock` files live beside it.
    ///   - decoder: Reads stored wire records back.
    /// - Throws: ``StoreError``, which names a remedy.
    public static func open(
        at path: String, access: Access = .readWrite, decoder: any ActivityDecoder
    ) throws(StoreError) -> SQLiteStore {
        switch access {
        case .readWrite:
            let lock = try StoreLock(storePath: path)
            try makePrivateFile(at: path)
            return try Self.asStoreError(path: path) {
                // Opening for writing changes the file, so what must be refused is looked at first.
                _ = try version(at: path)
                let pool = try DatabasePool(path: path, configuration: configuration())
                try pool.writeWithoutTransaction { try Schema.migrate($0, path: path) }
                return SQLiteStore(reader: pool, writer: pool, lock: lock, decoder: decoder)
            }
        case .readOnly:
            return try Self.asStoreError(path: path) {
                let version = try version(at: path)
                guard version == Schema.version else {
                    throw StoreError.older(path: path, version: version, supported: Schema.version)
                }
                let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
                return SQLiteStore(reader: queue, writer: nil, lock: nil, decoder: decoder)
            }
        }
    }

    /// A store in memory that goes with the process: for tests and the demonstration.
    public static func inMemory(decoder: any ActivityDecoder) throws(StoreError) -> SQLiteStore {
        try asStoreError(path: ":memory:") {
            let queue = try DatabaseQueue(configuration: configuration())
            try queue.writeWithoutTransaction { try Schema.migrate($0, path: ":memory:") }
            return SQLiteStore(reader: queue, writer: queue, lock: nil, decoder: decoder)
        }
    }

    /// Closes all connections; what the last checkpoint left is folded into the file.
    ///
    /// Later calls throw. Without it the store closes when the last reference goes.
    public func close() throws(StoreError) {
        try Self.asStoreError(path: "") { try reader.close() }
        lock?.release()
    }

    /// Runs one transaction on the writing connection.
    func write<T: Sendable>(
        _ durability: Durability, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        guard let writer else { throw StoreError.readOnly }
        do {
            return try await writer.writeWithoutTransaction { database in
                try database.execute(sql: durability.rawValue)
                var result: T?
                try database.inTransaction(.immediate) {
                    result = try body(database)
                    return .commit
                }
                guard let result else { throw StoreError.database(code: 0, message: "the transaction gave nothing") }
                return result
            }
        } catch let error as DatabaseError {
            throw StoreError(error, path: "")
        }
    }

    /// Reads one consistent state.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await reader.read(body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: "")
        }
    }

    /// The version of the store at a path, looked at without changing it; throws for what is no store of ours.
    private static func version(at path: String) throws -> Int {
        let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
        defer { try? queue.close() }
        return try queue.read { try Schema.check($0, path: path) }
    }

    private static func configuration(isReadOnly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.label = "tocsin.store"
        return configuration
    }

    private static func asStoreError<T>(path: String, _ body: () throws -> T) throws(StoreError) -> T {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch {
            throw StoreError.cannotOpen(path: path, reason: "\(error)")
        }
    }
}

extension StoreError {
    /// The store's word for what SQLite said.
    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .full
        case .SQLITE_NOTADB: self = .notAStore(path: path)
        case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, reason: error.message ?? "no such file")
        default:
            self = .database(code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
        }
    }
}
