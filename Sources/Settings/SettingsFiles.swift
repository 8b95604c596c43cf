#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads the few files that settings name; handed in, so that the checking is pure.
public protocol SettingsFiles: Sendable {
    /// The text of a file and the permissions of others on it.
    ///
    /// - Throws: ``FileFailure`` when it cannot be read or is above a mebibyte.
    func read(_ path: String) throws(FileFailure) -> FileText
}

/// A file as it was read.
public struct FileText: Hashable, Sendable {
    public var text: String
    /// The permission bits, such as `0o600`.
    public var mode: UInt32

    public init(_ text: String, mode: UInt32 = 0o600) {
        self.text = text
        self.mode = mode
    }
}

/// Why a file was not read, as a clause: "no such file or directory".
public struct FileFailure: Error, Hashable, Sendable {
    public let reason: String

    public init(reason: String) { self.reason = reason }
}

/// The machine's files.
public struct SystemFiles: SettingsFiles {
    static let byteLimit = 1_048_576

    public init() {}

    public func read(_ path: String) throws(FileFailure) -> FileText {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure() }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Self.failure() }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileFailure(reason: "it is a folder") }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure() }
            if count == 0 { break }
            bytes += block[..<count]
            guard bytes.count <= Self.byteLimit else { throw FileFailure(reason: "it is larger than 1 MiB") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileFailure(reason: "it is not UTF-8 text")
        }
        return FileText(text, mode: UInt32(status.st_mode) & 0o7777)
    }

    private static func failure() -> FileFailure {
        FileFailure(reason: String(cString: strerror(errno)).lowercased())
    }
}
