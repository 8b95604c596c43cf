/// Why a file that was given as input could not be used at all.
public enum InputFailure: Error, Hashable, Sendable {
    /// It is not there, or may not be read.
    case unreadable(path: String, reason: String)
    /// A folder without a file of events or of a directory.
    case nothingUsable(path: String)
    /// A record longer than is taken; inside the readers only, it ends in quarantine.
    case recordTooLong(path: String, limitBytes: Int)
}

extension InputFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "`\(path)` cannot be read: \(reason)"
        case .nothingUsable(let path): "the folder `\(path)` holds no file of events or of a directory"
        case .recordTooLong(let path, let limit): "`\(path)` has a record of more than \(limit) bytes"
        }
    }
}
