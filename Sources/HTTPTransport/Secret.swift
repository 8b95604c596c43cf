/// Text that must not be seen: it prints as `•••` however it is printed, and cannot be encoded.
public struct Secret: Sendable {
    private let text: String

    /// A secret from its text.
    public init(_ text: String) { self.text = text }

    /// The text itself, for the one place that sends it.
    public func reveal() -> String { text }

    public var isEmpty: Bool { text.isEmpty }
}

extension Secret: Hashable {
    /// Compares every byte, so that the time taken does not tell where two secrets differ.
    public static func == (left: Secret, right: Secret) -> Bool {
        let (a, b) = (Array(left.text.utf8), Array(right.text.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "•••" }
    public var debugDescription: String { "•••" }
    /// Nothing inside, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
