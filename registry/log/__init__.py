"""The transparency log: one salted leaf for every act with legal effect, never a name."""
