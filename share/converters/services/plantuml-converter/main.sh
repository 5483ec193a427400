. /opt/service/clm-common/common.sh
convert plantuml-converter
