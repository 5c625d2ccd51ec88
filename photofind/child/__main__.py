"""python -m photofind.child: what the parent starts."""

from photofind.child.service import serve

serve()
