"""Real time: the same nodes on an asyncio loop, over links in memory or over authenticated channels of a LAN."""
